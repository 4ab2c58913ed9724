/** The few members of the `adaptivecards` bundle that the page uses, as the global that its plain script sets. */
interface AdaptiveCardAction {
  readonly title?: string;
  readonly id?: string;
  readonly url?: string;
  readonly verb?: string;
  readonly data?: unknown;
  readonly renderedElement?: HTMLElement;
  getJsonTypeName(): string;
}

interface AdaptiveCardInstance {
  hostConfig: object;
  lang: string | undefined;
  onExecuteAction: ((action: AdaptiveCardAction) => void) | null;
  parse(card: object, context: AdaptiveCardContext): void;
  render(): HTMLElement | undefined;
  validateProperties(): { readonly validationEvents: readonly { readonly message: string }[] };
}

interface AdaptiveCardContext {
  readonly eventCount: number;
  getEventAt(index: number): { readonly message: string };
}

declare var AdaptiveCards: {
  AdaptiveCard: {
    new (): AdaptiveCardInstance;
    onProcessMarkdown: (text: string, result: { didProcess: boolean; outputHtml?: string }) => void;
  };
  HostConfig: new (config: object) => object;
  SerializationContext: new () => AdaptiveCardContext;
};
