/** What is going to happen, in order. */
import { Box, Words } from './Box';

/** A short numbered list, read at a glance. */
export function Steps({ title, names }: { readonly title: string; readonly names: readonly string[] }) {
  return (
    <Box className="steps">
      <Box className="steps__title">{title}</Box>
      {names.map((name, i) => (
        <Box key={name} className="steps__item"><Words className="steps__number">{i + 1}</Words><Words>{name}</Words></Box>
      ))}
    </Box>
  );
}
