/**
 * How Teams dresses a card: sizes, spacings and the meaning of colours. Colours are custom properties of `card.css`, so
 * that one rendered card follows a change between light and dark without being drawn again.
 */

/** @param {string} name */
const colour = (name) => ({ default: `var(--card-${name})`, subtle: `var(--card-${name}-subtle)` });

const foregroundColors = {
  default: colour('default'),
  dark: colour('dark'),
  light: colour('light'),
  accent: colour('accent'),
  good: colour('good'),
  warning: colour('warning'),
  attention: colour('attention'),
};

/** @param {string} name */
const container = (name) => ({
  backgroundColor: `var(--card-${name}-surface)`,
  borderColor: `var(--card-${name}-line)`,
  foregroundColors,
});

const fontSizes = { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 };
const fontWeights = { lighter: 300, default: 400, bolder: 600 };

export const hostConfig = {
  supportsInteractivity: true,
  fontTypes: {
    default: { fontFamily: 'var(--card-font)', fontSizes, fontWeights },
    monospace: { fontFamily: 'var(--card-mono)', fontSizes, fontWeights },
  },
  lineHeights: { small: 16, default: 20, medium: 22, large: 24, extraLarge: 32 },
  spacing: { small: 4, default: 8, medium: 12, large: 16, extraLarge: 24, padding: 12 },
  separator: { lineThickness: 1, lineColor: 'var(--card-separator)' },
  imageSizes: { small: 32, medium: 52, large: 100 },
  containerStyles: {
    default: container('plain'),
    emphasis: container('emphasis'),
    accent: container('accent'),
    good: container('good'),
    warning: container('warning'),
    attention: container('attention'),
  },
  inputs: {
    label: {
      inputSpacing: 'small',
      requiredInputs: { size: 'small', weight: 'bolder', suffix: ' *', suffixColor: 'attention' },
      optionalInputs: { size: 'small', weight: 'bolder' },
    },
    errorMessage: { size: 'small', color: 'attention' },
  },
  actions: {
    maxActions: 6,
    spacing: 'large',
    buttonSpacing: 8,
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
    showCard: { actionMode: 'inline', inlineTopMargin: 12, style: 'emphasis' },
  },
  adaptiveCard: { allowCustomStyle: true },
  factSet: {
    title: { weight: 'bolder', wrap: true, maxWidth: 150 },
    value: { wrap: true },
    spacing: 12,
  },
  table: { cellSpacing: 8 },
  textBlock: { headingLevel: 3 },
};
