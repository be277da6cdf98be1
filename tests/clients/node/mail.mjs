// Says what of the HTML on stdin which mail client does not support, as [feature, client] pairs; caniemail knows.
import { readFileSync } from "node:fs";
import { caniemail } from "caniemail";

const clients = ["gmail.*", "outlook.*", "apple-mail.*", "thunderbird.macos"];
const { issues } = caniemail({ clients, html: readFileSync(0, "utf8") });
const found = new Set();
for (const [client, list] of issues.errors) for (const issue of list) found.add(JSON.stringify([issue.title, client]));
console.log(`[${[...found].sort().join(",")}]`);
