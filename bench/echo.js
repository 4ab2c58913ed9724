/**
 * The least that a bot of Microsoft's SDK is: restify, its body parser, the adapter, and one sentence said back. What
 * hopcheck is measured against. Settings are the Bot Framework's own, from the environment.
 */
import { ActivityHandler, CloudAdapter, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import restify from 'restify';

/** A token that costs nothing: the bench's connector asks for none. */
const credentials = {
  isValidAppId: async (appId) => appId === process.env.MicrosoftAppId,
  isAuthenticationDisabled: async () => false,
  createCredentials: async () => ({
    signRequest: async (request) => {
      request.headers.set('authorization', 'Bearer connector-token');
      return request;
    },
  }),
};

const adapter = new CloudAdapter(new ConfigurationBotFrameworkAuthentication(process.env, credentials));
const bot = new ActivityHandler();
bot.onMessage(async (context, next) => {
  await context.sendActivity(`You said: ${context.activity.text}`);
  await next();
});

const server = restify.createServer({ name: 'echo' });
server.use(restify.plugins.bodyParser());
server.post('/api/messages', async (request, response) => {
  await adapter.process(request, response, (context) => bot.run(context));
});
server.listen(Number(process.env.PORT ?? 3978), '127.0.0.1', () => {
  console.log(`echo is ready on port ${server.address().port}`);
});
// Written when a process ends by itself, which is what a compile cache waits for.
process.once('SIGTERM', () => process.exit(0));
