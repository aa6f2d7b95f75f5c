import type { GlobalThemeOverrides } from "naive-ui";
import type { Tokens } from "./tokens.ts";

// Single quotes: the names end up inside attributes of exported SVG.
export const fontFamily =
  "'Inter', -apple-system, 'Segoe UI', 'Ubuntu', 'Cantarell', 'Noto Sans', 'Liberation Sans', sans-serif";
export const fontFamilyMono =
  'ui-monospace, "SF Mono", "Cascadia Mono", "Ubuntu Mono", "Liberation Mono", monospace';

/** naive-ui's theme from the tokens. It computes with colours, so it gets values, not CSS variables. */
export function naiveOverrides(tokens: Tokens): GlobalThemeOverrides {
  return {
    common: {
      fontFamily,
      fontFamilyMono,
      fontSize: "13px",
      fontSizeMini: "11px",
      fontSizeTiny: "12px",
      fontSizeSmall: "13px",
      fontSizeMedium: "13px",
      fontSizeLarge: "14px",
      heightTiny: "22px",
      heightSmall: "26px",
      heightMedium: "30px",
      heightLarge: "36px",
      borderRadius: "5px",
      borderRadiusSmall: "4px",
      primaryColor: tokens.accent,
      primaryColorHover: tokens.accentHover,
      primaryColorPressed: tokens.accentPressed,
      primaryColorSuppl: tokens.accentHover,
      infoColor: tokens.hit,
      infoColorHover: tokens.hit,
      infoColorPressed: tokens.hit,
      infoColorSuppl: tokens.hit,
      successColor: tokens.good,
      successColorHover: tokens.good,
      successColorPressed: tokens.good,
      successColorSuppl: tokens.good,
      warningColor: tokens.warning,
      warningColorHover: tokens.warning,
      warningColorPressed: tokens.warning,
      warningColorSuppl: tokens.warning,
      errorColor: tokens.bad,
      errorColorHover: tokens.bad,
      errorColorPressed: tokens.bad,
      errorColorSuppl: tokens.bad,
      textColorBase: tokens.text,
      textColor1: tokens.text,
      textColor2: tokens.text,
      textColor3: tokens.textSoft,
      placeholderColor: tokens.textFaint,
      iconColor: tokens.textSoft,
      bodyColor: tokens.bg,
      cardColor: tokens.surface,
      modalColor: tokens.raised,
      popoverColor: tokens.raised,
      tableColor: tokens.surface,
      inputColor: tokens.surface,
      hoverColor: tokens.hover,
      tableHeaderColor: tokens.surface,
      tableColorHover: tokens.hover,
      actionColor: tokens.sunken,
      dividerColor: tokens.line,
      borderColor: tokens.lineStrong,
    },
    Button: { textColorPrimary: tokens.onAccent, fontWeight: "500" },
    // In the dark naive-ui draws fields without an edge; on our surfaces they would not be seen.
    Input: {
      border: `1px solid ${tokens.lineStrong}`,
      borderHover: `1px solid ${tokens.accentHover}`,
      borderFocus: `1px solid ${tokens.accent}`,
    },
    InternalSelection: {
      border: `1px solid ${tokens.lineStrong}`,
      borderHover: `1px solid ${tokens.accentHover}`,
      borderFocus: `1px solid ${tokens.accent}`,
      borderActive: `1px solid ${tokens.accent}`,
    },
    Tooltip: { color: tokens.text, textColor: tokens.bg, padding: "6px 9px" },
  };
}
