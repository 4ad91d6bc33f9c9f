// The settings of the test shop: no redis, no administration pages, the database the environment names.
const { defineConfig } = require('@medusajs/framework/utils');

module.exports = defineConfig({
  projectConfig: {
    databaseUrl: process.env.SHOP_DATABASE,
    databaseDriverOptions: { ssl: false },
    http: { storeCors: '', adminCors: '', authCors: '', jwtSecret: 'of-the-tests', cookieSecret: 'of-the-tests' },
  },
  admin: { disable: true },
});
