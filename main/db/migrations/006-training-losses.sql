-- Losses of a training are looked through for their extremes without reading whole steps: 4 ms instead of 22 for 25,000.
CREATE INDEX training_step_by_loss ON training_step (training_id, step, loss, gradient_norm);
