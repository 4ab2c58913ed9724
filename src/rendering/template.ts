import { GlobalSettings, Template } from 'adaptivecards-templating';
import type { Json, JsonObject } from '../core/json.ts';

/** A template of `cards/`, known to be sound. `expand` throws where the data does not fit it. */
export type CheckedTemplate = {
  /** Has the engine parse it, once; `expand` does so where nobody did. */
  compile(): void;
  expand(data: JsonObject): Json;
};

const binding = /\$\{([^}]*)\}/g;
const path = /^(?:\$root\.)?[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*$/;
const wholeBinding = /^\$\{([^}]*)\}$/;

/**
 * Templates carry no logic: `${path}` and `${$root.path}` in strings, `$data` bound to a list for what repeats (or is there
 * once or not at all), and nothing else. So the data can be held against the template before the engine sees it, which the
 * engine itself does not do: it leaves `${name}` in the card, and lets an object in the data become a piece of the card.
 */
export function createTemplate(name: string, payload: Json): CheckedTemplate {
  checkTemplate(name, payload, 'card');
  let template: Template | undefined;
  const compiled = () => {
    template ??= new Template(payload);
    return template;
  };
  return {
    compile: compiled,
    expand(data) {
      checkData(name, payload, { root: data, here: data, at: 'data' });
      const missing: string[] = [];
      GlobalSettings.getUndefinedFieldValueSubstitutionString = (field) => {
        missing.push(field);
        return '?';
      };
      const card: Json = compiled().expand({ $root: data });
      if (missing.length > 0) throw new Error(`cards/${name}.json: no value for ${missing.join(', ')}`);
      return card;
    },
  };
}

function checkTemplate(name: string, node: Json | undefined, at: string): void {
  if (typeof node === 'string') {
    for (const [, field = ''] of node.matchAll(binding)) {
      if (!path.test(field)) throw new Error(`cards/${name}.json: ${at}: \${${field}} is not a plain path`);
    }
  } else if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) checkTemplate(name, item, `${at}[${index}]`);
  } else if (isObject(node)) {
    if (node.type === 'FactSet') throw new Error(`cards/${name}.json: ${at}: a FactSet reads Markdown; use text runs`);
    for (const [key, value] of Object.entries(node)) {
      if (key === '$data' ? !(typeof value === 'string' && wholeBinding.test(value)) : key.startsWith('$')) {
        throw new Error(`cards/${name}.json: ${at}.${key}: only $data bound to a path is allowed`);
      }
      checkTemplate(name, value, `${at}.${key}`);
    }
  }
}

type Scope = { readonly root: JsonObject; readonly here: JsonObject; readonly at: string };

function checkData(name: string, node: Json | undefined, scope: Scope): void {
  if (typeof node === 'string') {
    for (const [, field = ''] of node.matchAll(binding)) {
      const value = valueAt(field, scope);
      if (typeof value === 'string') continue;
      if (typeof value === 'boolean' && wholeBinding.test(node)) continue;
      throw new Error(`cards/${name}.json: ${scope.at}.${field} is ${kindOf(value)}, and has to be a text`);
    }
  } else if (Array.isArray(node)) {
    for (const item of node) checkData(name, item, scope);
  } else if (isObject(node)) {
    const { $data: bound, ...rest } = node;
    const scopes = typeof bound === 'string' ? scopesOf(name, bound.replace(wholeBinding, '$1'), scope) : [scope];
    for (const inner of scopes) for (const value of Object.values(rest)) checkData(name, value, inner);
  }
}

function scopesOf(name: string, field: string, scope: Scope): Scope[] {
  const list = valueAt(field, scope);
  if (!Array.isArray(list)) {
    throw new Error(`cards/${name}.json: ${scope.at}.${field} is ${kindOf(list)}, and has to be a list`);
  }
  return list.map((here, index) => {
    const at = `${scope.at}.${field}[${index}]`;
    if (!isObject(here)) throw new Error(`cards/${name}.json: ${at} is ${kindOf(here)}, and has to be an object`);
    return { root: scope.root, here, at };
  });
}

function valueAt(field: string, scope: Scope): Json | undefined {
  let value: Json | undefined = field.startsWith('$root.') ? scope.root : scope.here;
  for (const key of field.replace(/^\$root\./, '').split('.')) {
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
