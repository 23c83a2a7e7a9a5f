/** Matches the last part of a path when it is a version of an API, such as `v2` or `v1beta`. */
const VERSION = /\/(?<version>v\d+[a-z0-9]*)$/i;

/**
 * Reads the base URL of a provider, without the version of its API, as the path of every request
 * begins with the version. The provider's documentation shows URLs with the version, so it is
 * removed when it is there.
 *
 * @param environment environment whose URLs have been validated
 * @param report receives each problem
 * @returns undefined when it is not set
 */
export function readBaseUrl<Name extends string>(
  environment: Readonly<Partial<Record<Name, string>>>,
  setting: { variable: Name; version: string },
  report: (variable: string, problem: string) => void,
): string | undefined {
  const text = environment[setting.variable];
  if (text === undefined || !URL.canParse(text)) return text;
  const url = text.replace(/\/+$/, '');
  const { search, hash } = new URL(text);
  if (search !== '' || hash !== '') {
    report(setting.variable, 'has more behind its path; give the URL without a query and a fragment');
  }
  const version = VERSION.exec(url)?.groups?.version;
  if (version === undefined) return url;
  if (version.toLowerCase() !== setting.version) {
    report(
      setting.variable,
      `names version ${version}, and ${setting.version} is spoken; give the URL without a version`,
    );
  }
  return url.slice(0, -version.length).replace(/\/+$/, '');
}
