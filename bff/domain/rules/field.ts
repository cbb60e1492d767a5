/** How a field of the rule set is declared: its bounds (checked) and what people read about it (shown), in one place. */
import * as z from 'zod/mini';

/** From when a published change counts for what is already going on (docs/adr/0006). */
export type AppliesTo =
  /** A turn keeps what it was opened under; so does everything that hangs on it. */
  | 'turn'
  /** A period, publicity or bar keeps the end it was given when it began. */
  | 'period'
  /** From the effective instant for everyone. */
  | 'everything';

export type FieldKind = 'duration' | 'timeOfDay' | 'days' | 'years' | 'count' | 'factor' | 'switch' | 'choice' | 'areas' | 'streets' | 'categories';

/** What a form needs to draw the field and help with it. */
export interface FieldFacts {
  /** Chinese label, and a sentence on what it does. */
  readonly label: string;
  readonly help: string;
  /** The rule it belongs to (rules.md), e.g. `T5`. */
  readonly rule: string;
  readonly appliesTo: AppliesTo;
  /** Of a number of days: the field that says whether natural or working days are meant. */
  readonly daysKind?: string;
}

export interface RuleField<S extends z.ZodMiniType = z.ZodMiniType> extends FieldFacts {
  readonly kind: FieldKind;
  /** What the stored number counts: `ms`, `days`, `workingDays`, `years`, `multiple`, `percent`, or what `count` names; empty where it is no number. */
  readonly unit: string;
  /** Inclusive; null where it is no number. */
  readonly min: number | null;
  readonly max: number | null;
  /** Of a choice: value and label. */
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly schema: S;
}

type NumberField = RuleField<z.ZodMiniNumber>;
const plain = { unit: '', min: null, max: null, options: [] } as const;

function whole(kind: FieldKind, unit: string, facts: FieldFacts, min: number, max: number): NumberField {
  return { ...facts, kind, unit, min, max, options: [], schema: z.int().check(z.minimum(min), z.maximum(max)) };
}

/** A length of time, stored in ms. */
export const duration = (facts: FieldFacts, minMs: number, maxMs: number): NumberField => whole('duration', 'ms', facts, minMs, maxMs);
/** A time of day, in ms since 00:00 Shanghai. */
export const timeOfDay = (facts: FieldFacts): NumberField => whole('timeOfDay', 'ms', facts, 0, 86_400_000);
/** Natural days, unless another field of the rule set says how they are counted. */
export const days = (facts: FieldFacts, min: number, max: number): NumberField => whole('days', 'days', facts, min, max);
export const workingDays = (facts: FieldFacts, min: number, max: number): NumberField => whole('days', 'workingDays', facts, min, max);
export const years = (facts: FieldFacts, min: number, max: number): NumberField => whole('years', 'years', facts, min, max);
/** How many of something. */
export const count = (facts: FieldFacts, of: 'times' | 'days' | 'households' | 'homes' | 'floors' | 'batches' | 'cases', min: number, max: number): NumberField => whole('count', of, facts, min, max);
export const percent = (facts: FieldFacts, min: number, max: number): NumberField => whole('count', 'percent', facts, min, max);
export const factor = (facts: FieldFacts, min: number, max: number): NumberField =>
  ({ ...facts, kind: 'factor', unit: 'multiple', min, max, options: [], schema: z.number().check(z.minimum(min), z.maximum(max)) });
export const onOff = (facts: FieldFacts): RuleField<z.ZodMiniBoolean> => ({ ...facts, ...plain, kind: 'switch', schema: z.boolean() });
export const choice = <const V extends string>(facts: FieldFacts, labels: Readonly<Record<V, string>>): RuleField<z.ZodMiniEnum<{ [K in V]: K }>> => {
  const values = Object.keys(labels) as V[];
  return { ...facts, ...plain, kind: 'choice', options: values.map((value) => ({ value, label: labels[value] })), schema: z.enum(values) };
};

const text = z.string().check(z.minLength(1), z.maxLength(40));
/** Waiting areas (轮候区域), each a set of districts as registers name them. */
export const areas = (facts: FieldFacts) => ({
  ...facts, ...plain, kind: 'areas' as const,
  schema: z.array(z.strictObject({ code: z.string().check(z.regex(/^[a-z][a-z0-9]{1,30}$/)), name: text, districts: z.array(text).check(z.minLength(1), z.maxLength(50)) })).check(z.minLength(1), z.maxLength(100)),
});

/** Streets and townships (街道、乡镇) per district: whose clerks do the first review (V1). */
export const streets = (facts: FieldFacts) => ({
  ...facts, ...plain, kind: 'streets' as const,
  schema: z.array(z.strictObject({ district: text, streets: z.array(text).check(z.maxLength(200)) })).check(z.maxLength(200)),
});

/** A closed list people choose from: the code is what is chosen, the label what is read and kept. */
export const categories = (facts: FieldFacts) => ({
  ...facts, ...plain, kind: 'categories' as const,
  schema: z.array(z.strictObject({ code: z.string().check(z.regex(/^[a-z][A-Za-z0-9]{1,30}$/)), label: text })).check(z.maxLength(100)),
});
