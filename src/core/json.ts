/** What survives `JSON.parse(JSON.stringify(x))`: the only shape that crosses a store, a card or a wire. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json | undefined };
