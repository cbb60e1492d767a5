/** The house's caretaker: what may import what, one clock, rule ids proven, names, sizes. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readRules } from './rules/named/rules-list';

const root = path.resolve(__dirname, '..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).split('\n').filter((file) => file !== '');
const sources = tracked.filter((file) => /\.(ts|tsx|mts|mjs|cjs|js)$/.test(file));
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const within = (folder: string) => sources.filter((file) => file.startsWith(`${folder}/`));
/** Code without comments, so that prose about a forbidden thing is not the thing. */
const code = (file: string): string => read(file).replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1');

/** The files of this project a file imports, as paths from the root. */
function importsOf(file: string): string[] {
  const found = [...code(file).matchAll(/(?:from|import|require)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1] as string);
  return found.flatMap((name) => {
    if (name.startsWith('.')) return [path.posix.normalize(path.posix.join(path.posix.dirname(file), name))];
    if (name.startsWith('@shared/')) return [`shared/${name.slice(8)}`];
    if (name.startsWith('@/')) return [`miniapp/${name.slice(2)}`];
    return [];
  });
}

/** Which parts of the house may open which doors (docs/ARCHITECTURE.md). */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  shared: ['shared'],
  miniapp: ['miniapp', 'shared', 'config'],
  console: ['console', 'shared'],
  'bff/security': ['bff/security', 'shared'],
  'bff/domain': ['bff/domain', 'shared', 'bff/store/collections'],
  'bff/store': ['bff/store', 'bff/domain', 'bff/security', 'shared'],
  'bff/documents': ['bff/documents', 'bff/domain', 'shared'],
  'bff/adapters': ['bff/adapters', 'bff/security', 'shared'],
};

describe('doors', () => {
  test.each(Object.entries(mayImport))('%s imports only what it may', (folder, allowed) => {
    const wrong = within(folder).flatMap((file) => importsOf(file).filter((target) => !allowed.some((door) => target === door || target.startsWith(`${door}/`))).map((target) => `${file} → ${target}`));
    expect(wrong).toEqual([]);
  });
  test('the domain knows the store by the shape of its documents only', () => {
    const wrong = within('bff/domain').filter((file) => /import\s+(?!type\b)[^;]*store\/collections/.test(code(file)));
    expect(wrong).toEqual([]);
  });
  test('no product code imports a test, and no database outside its adapter', () => {
    const product = sources.filter((file) => /^(bff|shared|miniapp|console)\//.test(file));
    expect(product.flatMap((file) => importsOf(file).filter((target) => target.startsWith('test/')).map((target) => `${file} → ${target}`))).toEqual([]);
    const databases = product.filter((file) => /['"](mongoose|mongodb|lmdb)['"]/.test(code(file)) && !/^bff\/store\/(mongo|embedded)\//.test(file) && file !== 'bff/push/mongo-adapter.ts');
    expect(databases).toEqual([]);
  });
  test('no barrel files', () => {
    const barrels = sources.filter((file) => /(^|\/)index\.tsx?$/.test(file) && /^\s*export\s+(\*|\{[^}]*\})\s+from/m.test(code(file)));
    expect(barrels).toEqual([]);
  });
});

describe('T1: one clock, one source of chance', () => {
  const clockRead = /\bDate\.now\s*\(|\bnew Date\(\s*\)|\bperformance\.now\s*\(|\bprocess\.hrtime/;
  test('the domain reads neither', () => {
    expect(within('bff/domain').filter((file) => clockRead.test(code(file)) || /\bMath\.random\b|\brandom(Bytes|Int|UUID)\b|\bsetTimeout\b/.test(code(file)))).toEqual([]);
  });
  test('features and jobs are told the time', () => {
    const own = [...within('bff/features'), ...within('bff/jobs'), ...within('bff/push')].filter((file) => file !== 'bff/jobs/clocks.ts' && file !== 'bff/features/demo/page.ts');
    expect(own.filter((file) => clockRead.test(code(file)))).toEqual([]);
  });
});

describe('rules', () => {
  // That a test names each is seen to by test/rules/named.test.ts.
  const product = [...within('bff'), ...within('shared'), ...within('miniapp')].map(read).join('\n');
  test.each(readRules(root).filter(({ isNotYet }) => !isNotYet).map(({ id }) => id))('%s is named by code', (id) => {
    expect(new RegExp(`\\b${id}\\b`).test(product)).toBe(true);
  });
});

describe('names and sizes', () => {
  test('kebab-case files, PascalCase components', () => {
    const wrong = sources.filter((file) => {
      const name = path.posix.basename(file).replace(/\.(config|test|d)?\.?(ts|tsx|mts|mjs|cjs|js)$/, '');
      const kebab = /^[a-z0-9]+([-.][a-z0-9]+)*$/.test(name);
      // Components are PascalCase; Taro's pages and hooks keep kebab-case.
      return !kebab && !(file.endsWith('.tsx') && /^[A-Z][A-Za-z0-9]*$/.test(name));
    });
    expect(wrong).toEqual([]);
  });
  test('no file called utils or helpers, no default exports in server and shared code', () => {
    expect(sources.filter((file) => /(^|\/)(utils?|helpers?)(\.|\/)/.test(file))).toEqual([]);
    expect([...within('bff'), ...within('shared')].filter((file) => /^export default/m.test(code(file)))).toEqual([]);
  });
  test('a stranger can read every file in one sitting', () => {
    const long = [...within('bff'), ...within('shared'), ...within('miniapp'), ...within('config')].map((file) => [file, read(file).split('\n').length] as const).filter(([, lines]) => lines > 400);
    expect(long).toEqual([]);
  });
  test('no path of a machine and no registry in what is committed', () => {
    const text = tracked.filter((file) => /\.(ts|tsx|mjs|cjs|js|json|md|scss|yml)$|\.ci\/run$|\.npmrc$/.test(file) && file !== 'test/tidy.test.ts');
    expect(text.filter((file) => /(^|[^A-Za-z0-9_.])\/(work|farm|root|home)\/|registry\.npm|deb\.debian/.test(read(file)))).toEqual([]);
  });
});
