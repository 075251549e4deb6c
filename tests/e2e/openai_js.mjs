// Drives the gateway with OpenAI's SDK for JavaScript and prints what it saw as one JSON object.
// node openai_js.mjs BASE_URL MODEL
import OpenAI from "openai";

const [baseURL, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0, timeout: 20_000 });
const messages = [{ role: "user", content: "Why is the sky blue?" }];

const whole = await client.chat.completions.create({ model, messages });

const words = [];
let usage = null;
const stream = await client.chat.completions.create({
  model,
  messages,
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  const word = chunk.choices[0]?.delta?.content;
  if (word) words.push(word);
  if (chunk.usage) usage = chunk.usage;
}

const models = [];
for await (const one of client.models.list()) models.push(one.id);

let unknown = null;
try {
  await client.chat.completions.create({ model: "e2e-modle", messages });
} catch (error) {
  unknown = { status: error.status, message: error.message };
}

console.log(
  JSON.stringify({
    whole: { text: whole.choices[0].message.content, usage: whole.usage },
    streamed: { words, usage },
    models,
    unknown,
  }),
);
