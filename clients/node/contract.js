// The contract, read from its .proto files when the program starts: nothing is generated.
// Google's own files come with google-gax, which the Pub/Sub client needs too.
import { fileURLToPath } from 'node:url';

import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

const definition = loader.loadSync(
  [
    'trellis/v1/audit_service.proto',
    'trellis/v1/events.proto',
    'trellis/v1/support_plan_service.proto',
  ],
  {
    includeDirs: [path('../../proto'), path('node_modules/google-gax/build/protos')],
    // Positions are 64 bits wide, which a number of JavaScript does not hold exactly.
    longs: String,
    enums: String,
    defaults: true,
  },
);

// The services, as classes of clients.
export const v1 = grpc.loadPackageDefinition(definition).trellis.v1;

// The event that a message of the queue carries.
export const decodeEvent = (data) => definition['trellis.v1.SupportPlanEvent'].deserialize(data);
