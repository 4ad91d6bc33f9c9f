// Starts one Vendure shop on loopback, for tests. Everything it needs comes from the environment:
//   SHOP_MODULES   folder that holds node_modules      SHOP_DATABASE  file of the sql.js database
//   SHOP_ADDRESS   file that receives the port         SHOP_USERNAME, SHOP_PASSWORD  the superadmin's
// It lives as long as its standard input stays open, so it cannot outlive the test run that started it.
import { renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

process.stdin.on('end', () => process.exit(0)).resume();

const { SHOP_MODULES, SHOP_DATABASE, SHOP_ADDRESS, SHOP_USERNAME, SHOP_PASSWORD } = process.env;
const require = createRequire(join(SHOP_MODULES, 'package.json'));
const { bootstrap, DefaultLogger, dummyPaymentHandler, LogLevel, TransactionalConnection } = require('@vendure/core');

// What no API of a shop does, such as to make an order of the past: a statement of SQL.
const statement = async (request, response) => {
  try {
    const sql = new URL(request.originalUrl, 'http://localhost').searchParams.get('sql');
    response.json(await app.get(TransactionalConnection).rawConnection.query(sql));
  } catch (error) {
    response.status(500).json({ message: String(error) });
  }
};

const app = await bootstrap({
  apiOptions: {
    hostname: '127.0.0.1',
    port: 0,
    cors: false,
    csrfPrevention: true,
    middleware: [{ route: 'of-the-tests', handler: statement }],
  },
  authOptions: {
    tokenMethod: ['bearer', 'cookie'],
    superadminCredentials: { identifier: SHOP_USERNAME, password: SHOP_PASSWORD },
  },
  dbConnectionOptions: { type: 'sqljs', autoSave: true, location: SHOP_DATABASE, synchronize: true },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  logger: new DefaultLogger({ level: LogLevel.Warn, timestamp: false }),
  plugins: [],
});

// Written beside and renamed, so that whoever waits for the file never reads half a number.
writeFileSync(`${SHOP_ADDRESS}.part`, String(app.getHttpServer().address().port));
renameSync(`${SHOP_ADDRESS}.part`, SHOP_ADDRESS);
