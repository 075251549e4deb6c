// The same cases as judge.cc reads, judged by @phala/dcap-qvl: a case per line in, a verdict per line out.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const packages = createRequire(pathToFileURL(`${process.argv[2]}/package.json`));
const { QuoteVerifier } = packages("@phala/dcap-qvl");

function judge(line) {
  const { time, root, quote, collateral } = JSON.parse(line);
  const der = (pem) => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
  const verifier = root === "" ? QuoteVerifier.newProd() : QuoteVerifier.newWithRootCa(der(root));
  try {
    const report = verifier.verify(Buffer.from(quote, "hex"), collateral, time);
    return { status: report.status, advisories: [...report.advisory_ids].sort() };
  } catch (error) {
    return { refused: String(error.message).slice(0, 200) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(judge(line))}\n`);
}
