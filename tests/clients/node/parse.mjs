// Reads a feed on stdin and prints, as JSON, what podcast parsers of npm make of it: { partytime, feedsmith }.
// The folder the packages are installed in has to be the working directory: node --input-type=module --eval "$(cat parse.mjs)"
import { readFileSync } from "node:fs";
import { parseFeed } from "feedsmith";
import partytime from "podcast-partytime";

const text = readFileSync(0, "utf8");
const plain = (key, value) => (value instanceof RegExp ? String(value) : value);

process.stdout.write(
  JSON.stringify({ partytime: partytime.parseFeed(text), feedsmith: parseFeed(text).feed }, plain),
);
