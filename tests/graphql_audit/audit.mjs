// Runs the public GraphQL-over-HTTP audits against the address given; prints one JSON array.
import { serverAudits } from 'graphql-http';

const [url] = process.argv.slice(2);
const results = [];
for (const audit of serverAudits({ url })) {
  const result = await audit.fn();
  results.push({
    id: audit.id,
    name: audit.name,
    status: result.status,
    reason: result.reason ?? null,
  });
}
process.stdout.write(JSON.stringify(results));
