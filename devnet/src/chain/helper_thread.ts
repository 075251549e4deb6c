// The thread of helper.ts: runs one transaction after the other.
import { parentPort } from 'node:worker_threads';
import { createExecutor, execute } from './executor.ts';
import type { Answer, Question } from './helper.ts';

const port = parentPort!;
const executor = await createExecutor();
let config = '';

async function answer(question: Question): Promise<Answer> {
  const { id, call } = question;
  config = question.config ?? config;
  try {
    return { id, outcome: await execute(executor, { ...call, config }) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', (question: Question) => void answer(question).then((found) => port.postMessage(found)));
port.postMessage('ready' satisfies Answer);
