// Follows the notices of one holder with the client named first, through dropped connections, as
// docs/live.md says. Prints one line for each arrival, and how it ended.
import { createClient as sseClient } from 'graphql-sse';
import { createClient as wsClient } from 'graphql-ws';
import WebSocket from 'ws';

const [kind, url, token] = process.argv.slice(2);
const query = 'subscription ($after: String) { noticeArrived(after: $after) { cursor notice { about { id } } } }';
const variables = { after: '' };
const soon = () => new Promise((resolve) => setTimeout(resolve, 50));
const say = (...words) => process.stdout.write(`${words.join(' ')}\n`);

const client =
  kind === 'graphql-ws'
    ? wsClient({
        url,
        webSocketImpl: WebSocket,
        connectionParams: () => ({ Authorization: `Bearer ${token}` }),
        retryAttempts: 200,
        retryWait: soon,
        shouldRetry: () => true,
        on: { connected: () => say('connected') },
      })
    : sseClient({
        url,
        headers: () => ({ Authorization: `Bearer ${token}` }),
        retryAttempts: 200,
        retry: soon,
        on: { connected: () => say('connected') },
      });

client.subscribe(
  { query, variables },
  {
    next: ({ data, errors }) => {
      if (errors) {
        say('errors', errors[0].extensions.code);
        return;
      }
      variables.after = data.noticeArrived.cursor;
      say('told', data.noticeArrived.notice.about.id);
    },
    error: (error) => say('ended', error.code ?? error.message),
    complete: () => say('complete'),
  },
);
