// Starts one Medusa shop on loopback, for tests. Everything it needs comes from the environment:
//   SHOP_DATABASE  address of an empty PostgreSQL database
//   SHOP_ADDRESS   file that receives {port, key, store_key} as JSON
// Beside it are medusa-config.js and node_modules. It lives as long as its standard input stays open, so it cannot outlive the test run that started it.
const express = require('express');
const { spawnSync } = require('node:child_process');
const { renameSync, writeFileSync } = require('node:fs');

if (process.argv[2] !== 'prepare') process.stdin.on('end', () => process.exit(0)).resume();

const medusa = `${__dirname}/node_modules/@medusajs/medusa/dist`;
const { default: load, initializeContainer } = require(`${medusa}/loaders`);
const { migrate } = require(`${medusa}/commands/db/migrate`);

async function prepare() {
  const container = await initializeContainer(__dirname);
  const options = { executeAllLinks: true, skipScripts: true, skipSearch: true };
  const done = await migrate({ directory: __dirname, container, logger: container.resolve('logger'), ...options });
  process.exit(done ? 0 : 1);
}

async function start() {
  // In a process of its own: what it loads for it cannot be loaded once more.
  const { status } = spawnSync(process.execPath, [__filename, 'prepare'], { stdio: ['pipe', 'inherit', 'inherit'] });
  if (status) throw new Error('the database could not be set up');
  const app = express();
  app.use('/of-the-tests', express.json({ limit: '10mb' }), (request, response) => {
    call(shop.container, request.body).then(
      (value) => response.json(value ?? null),
      (error) => response.status(500).json({ message: String(error?.stack ?? error) }),
    );
  });
  const shop = await load({ directory: __dirname, expressApp: app });
  const keys = await shop.container.resolve('api_key').createApiKeys([
    { title: 'bridge', type: 'secret', created_by: 'tests' },
    { title: 'shoppers', type: 'publishable', created_by: 'tests' },
  ]);
  const server = app.listen(0, '127.0.0.1', () => {
    // Written beside and renamed, so that whoever waits for the file never reads half of it.
    const [key, store] = keys;
    const address = { port: server.address().port, key: key.token, store_key: store.token, store_key_id: store.id };
    writeFileSync(`${process.env.SHOP_ADDRESS}.part`, JSON.stringify(address));
    renameSync(`${process.env.SHOP_ADDRESS}.part`, process.env.SHOP_ADDRESS);
  });
}

// What no admin API does: a module's method, such as to make an order whose clock shows the past.
const call = (container, { module, method, values }) => container.resolve(module)[method](...values);

(process.argv[2] === 'prepare' ? prepare() : start()).catch((error) => {
  console.error(error);
  process.exit(1);
});
