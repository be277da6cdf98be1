// Compiles the MJML on stdin, strictly.
import { readFileSync } from "node:fs";
import mjml2html from "mjml";

const { errors, html } = await mjml2html(readFileSync(0, "utf8"), { validationLevel: "soft" });
console.log(JSON.stringify({ errors: errors.map((error) => error.formattedMessage), html }));
