// Apollo Server on Fastify, in production mode: no introspection, no landing page, its own store of
// parsed and validated documents. https://www.apollographql.com/docs/apollo-server
import { ApolloServer } from '@apollo/server'
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify'
import Fastify from 'fastify'
import { contextOf, resolvers, trailOf, typeDefs } from './dataloaders.mjs'
import { port } from './place.mjs'

const app = Fastify()
const trail = {
  requestDidStart: async () => ({ willSendResponse: ({ contextValue }) => trailOf(contextValue) })
}
const apollo = new ApolloServer({ typeDefs, resolvers, plugins: [fastifyApolloDrainPlugin(app), trail] })
await apollo.start()
await app.register(fastifyApollo(apollo), {
  path: '/graphql',
  context: (request) => contextOf(request.headers.authorization, request.ip)
})
await app.listen({ port, host: '127.0.0.1' })
