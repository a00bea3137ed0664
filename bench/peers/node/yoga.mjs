// GraphQL Yoga on Node's own server; its cache of parsed and validated documents is on by default.
// https://the-guild.dev/graphql/yoga-server
import { createServer } from 'node:http'
import { createSchema, createYoga } from 'graphql-yoga'
import { contextOf, resolvers, trailOf, typeDefs } from './dataloaders.mjs'
import { port } from './place.mjs'

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  graphiql: false,
  landingPage: false,
  logging: false,
  maskedErrors: true,
  parserAndValidationCache: true,
  plugins: [{ onExecute: () => ({ onExecuteDone: ({ args }) => trailOf(args.contextValue) }) }],
  context: ({ request, req }) => contextOf(request.headers.get('authorization'), req.socket.remoteAddress)
})
createServer(yoga).listen(port, '127.0.0.1')
