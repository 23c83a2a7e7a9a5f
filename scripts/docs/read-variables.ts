/** Variables of `.env.example` that one comment describes, under the heading that they stand under. */
export interface VariableGroup {
  section: string;
  /** Paragraphs of the comment, each on one line. */
  text: string[];
  names: string[];
}

/** `# --- Where it listens ------`. */
const SECTION = /^# --- (.+?) -+$/;
/** `NAME=value`, commented out or not. */
const VARIABLE = /^(?:# )?([A-Z][A-Z0-9_]*)=/;
const COMMENT = /^# ?(.*)$/;
/** `* [LONG__NAME]` marks a variable that has a long name; the schema knows which. */
const LONG_NAME_MARK = /^\* \[\w+\] /;

/** Reads the texts of `.env.example`, which are the only ones about variables. */
export function readVariables(example: string): VariableGroup[] {
  const groups: VariableGroup[] = [];
  let section: string | undefined;
  let comment: string[] = [];
  let open: VariableGroup | undefined;
  for (const line of example.split('\n')) {
    const heading = SECTION.exec(line)?.[1];
    const name = VARIABLE.exec(line)?.[1];
    if (heading !== undefined) {
      section = heading;
      comment = [];
    } else if (name !== undefined && section !== undefined) {
      open ??= addGroup(groups, { section, text: paragraphs(comment), names: [] });
      open.names.push(name);
      comment = [];
    } else {
      open = undefined;
      const text = COMMENT.exec(line)?.[1];
      if (text === undefined) comment = [];
      else comment.push(text);
    }
  }
  return groups;
}

function addGroup(groups: VariableGroup[], group: VariableGroup): VariableGroup {
  groups.push(group);
  return group;
}

function paragraphs(comment: readonly string[]): string[] {
  return comment
    .join('\n')
    .split('\n\n')
    .map((paragraph) => paragraph.replaceAll('\n', ' ').replace(LONG_NAME_MARK, ''));
}
