// Drives the gateway with Vercel's AI SDK and prints what it saw as one JSON object.
// node ai_sdk.mjs BASE_URL MODEL
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";

const [baseURL, id] = process.argv.slice(2);
const model = createOpenAICompatible({ name: "cocoon", baseURL, includeUsage: true })(id);
const prompt = "Why is the sky blue?";
const limits = { maxRetries: 0, abortSignal: AbortSignal.timeout(20_000) };

const whole = await generateText({ model, prompt, ...limits });

const words = [];
const stream = streamText({ model, prompt, ...limits });
for await (const word of stream.textStream) words.push(word);
const usage = await stream.usage;

let refused = null;
try {
  const missing = createOpenAICompatible({ name: "cocoon", baseURL })("e2e-modle");
  await generateText({ model: missing, prompt, ...limits });
} catch (error) {
  refused = { status: error.statusCode, message: error.message };
}

console.log(JSON.stringify({ whole: { text: whole.text, usage: whole.usage }, streamed: { words, usage }, refused }));
