// A dark theme as users install one (`editorTheme.theme`): other values for Node-RED's variables, which are all that a theme is.

const text = '#f8f8f2'
const soft = '#c5c5c5'
const ground = '#282a36'
const lower = '#21222c'
const raised = '#3c3e50'
const chosen = '#353747'
const line = '#3e404a'
const red = '#ff5555'

const values: Readonly<Record<string, string>> = {
  'primary-background': lower,
  'secondary-background': ground,
  'secondary-background-selected': chosen,
  'secondary-background-inactive': lower,
  'secondary-background-hover': raised,
  'secondary-background-disabled': lower,
  'tertiary-background': lower,
  'primary-text-color': text,
  'secondary-text-color': soft,
  'secondary-text-color-focus': text,
  'secondary-text-color-hover': text,
  'secondary-text-color-active': text,
  'secondary-text-color-selected': text,
  'header-text-color': text,
  'text-color-error': red,
  'text-color-warning': '#ffcf70',
  'text-color-success': '#50fa7b',
  'text-color-code': '#d7ba7d',
  'text-color-link': '#8be9fd',
  'primary-border-color': line,
  'secondary-border-color': line,
  'tertiary-border-color': line,
  'form-background': ground,
  'form-placeholder-color': '#9aa4c8',
  'form-text-color': text,
  'form-text-color-disabled': '#8c8c8c',
  'form-input-focus-color': '#bd93f9',
  'form-input-border-color': line,
  'form-input-border-selected-color': '#9a5887',
  'form-input-border-error-color': red,
  'form-input-background': ground,
  'form-input-background-disabled': lower,
  'form-button-background': chosen,
  'form-tips-background': lower,
  'text-editor-color': text,
  'text-editor-background': ground,
  'list-item-color': text,
  'list-item-secondary-color': soft,
  'list-item-background': ground,
  'list-item-background-disabled': lower,
  'list-item-background-hover': raised,
  'list-item-background-selected': chosen,
  'list-item-border-selected': text,
  'tab-text-color-active': text,
  'tab-text-color-inactive': soft,
  'tab-background': ground,
  'tab-background-active': ground,
  'tab-background-selected': chosen,
  'tab-background-inactive': lower,
  'tab-background-hover': raised,
  'palette-header-background': lower,
  'palette-header-color': text,
  'palette-content-background': ground,
  'workspace-button-background': ground,
  'workspace-button-background-hover': raised,
  'workspace-button-background-active': chosen,
  'workspace-button-color': soft,
  'workspace-button-color-hover': text,
  'workspace-button-color-focus': text,
  'workspace-button-color-active': text,
  'workspace-button-color-selected': text,
  'popover-background': lower,
  'popover-border': line,
  'popover-color': text,
  'view-background': ground,
}

/** As a style sheet. */
export const darkTheme = `:root { ${Object.entries(values)
  .map(([name, value]) => `--red-ui-${name}: ${value};`)
  .join(' ')} }`
