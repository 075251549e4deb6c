// Streams an answer from the first model on offer, then shows what it cost: node chat.mjs [PROMPT]
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: process.env.COCOON_URL ?? "http://127.0.0.1:10000/v1",
  apiKey: "none",
});
const model = (await client.models.list()).data[0].id;
const content = process.argv.slice(2).join(" ") || "Why is the sky blue?";
const stream = await client.chat.completions.create({
  model,
  messages: [{ role: "user", content }],
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
  if (chunk.usage) {
    const { prompt_tokens, completion_tokens, cost } = chunk.usage;
    console.log(`\n${prompt_tokens} + ${completion_tokens} tokens of ${model}: ${cost} nanotons`);
  }
}
