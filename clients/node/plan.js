// Reads one support plan and its audit trail, with a client made from the contract.
//
//   node plan.js [--server HOST:PORT] [NAME]
import { parseArgs, promisify } from 'node:util';

import grpc from '@grpc/grpc-js';

import { v1 } from './contract.js';

const SECONDS = 30;

const { values: options, positionals } = parseArgs({
  options: { server: { type: 'string', default: '127.0.0.1:7443' } },
  allowPositionals: true,
});
const name = positionals[0] ?? 'supportPlans/0d7e2b64-31c5-4f9a-8a52-7d0000000001';

// One call, as a promise.
function call(client, method, request) {
  const deadline = new Date(Date.now() + SECONDS * 1000);
  return promisify(client[method]).call(client, request, new grpc.Metadata(), { deadline });
}

async function main() {
  const credentials = grpc.credentials.createInsecure();
  const plans = new v1.SupportPlanService(options.server, credentials);
  const audit = new v1.AuditService(options.server, credentials);

  const plan = await call(plans, 'GetSupportPlan', { name });
  console.log(
    `${plan.name} revision ${plan.revision} ${plan.state}: ${plan.ect.name}, ${plan.school.name}`,
  );

  let pageToken = '';
  do {
    const page = await call(audit, 'ListTrail', { parent: name, pageToken });
    for (const entry of page.entries) console.log(`${entry.position}  ${entry.sentence}`);
    pageToken = page.nextPageToken;
  } while (pageToken);

  plans.close();
  audit.close();
}

main().catch((error) => {
  // The metadata of the error hold the reason: see docs/clients.md.
  console.error(`plan.js: ${error.message}`);
  process.exitCode = 1;
});
