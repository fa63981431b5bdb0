import { Controller, Get, Inject, Next, Req, Res } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import type { RuruClientConfig } from 'ruru/server';
import { ruruHTML } from 'ruru/server';
import { serveStatic } from 'ruru/static';
import { Public } from '../access/roles.js';
import { PRODUCTION } from '../access/tokens.js';

/** Where the page's scripts lie; all of them come from this machine, so that it works without the internet. */
const ASSETS = '/graphiql/';

const WELCOME = `# Put your API key into the "Headers" tab below: { "Authorization": "Bearer skw_…" }
query Welcome {
  viewer { actor { name } roles }
  skus(first: 5) {
    totalCount
    nodes { code title state price owner { party { name } } systems { system { code } state } openDrift { field expected found } }
  }
}
`;

// Ruru's own declarations lean on a package that it does not bring, which makes every setting "required": those that we
// leave at their default are undefined, and so are not in the page at all.
const settings: RuruClientConfig = {
  editorTheme: undefined,
  forcedTheme: undefined,
  defaultTheme: undefined,
  initialHeaders: undefined,
  initialQuery: undefined,
  initialVariables: undefined,
  responseTooltip: undefined,
  maxHistoryLength: undefined,
  schemaDescription: undefined,
  inputValueDeprecation: undefined,
  className: undefined,
  defaultHeaders: JSON.stringify({ Authorization: 'Bearer <your API key>' }, null, 2),
  defaultQuery: WELCOME,
  isHeadersEditorEnabled: true,
  showPersistHeadersSettings: true,
};

const page = ruruHTML({
  endpoint: '/graphql',
  staticPath: ASSETS,
  htmlParts: { titleTag: '<title>Skuward: GraphiQL</title>' },
  clientConfig: settings,
});
const assets = serveStatic(ASSETS);

/**
 * GraphiQL for browsers that open the API's address; not in production. Its routes are registered before the API's own
 * handler, so whatever is not a browser asking for a page is handed on to that.
 */
@Controller()
export class GraphiqlController {
  readonly #production: boolean;

  constructor(@Inject(PRODUCTION) production: boolean) {
    this.#production = production;
  }

  /** Whoever opens the bare address is looking for something to look at. */
  @Public()
  @Get()
  home(@Res() response: Response, @Next() next: NextFunction): void {
    if (this.#production) next();
    else response.redirect('/graphql');
  }

  @Public()
  @Get('graphql')
  show(@Req() request: Request, @Res() response: Response, @Next() next: NextFunction): void {
    const wantsPage = request.headers.accept?.includes('text/html') === true && request.query['query'] === undefined;
    if (this.#production || !wantsPage) next();
    else response.type('html').send(page);
  }

  @Public()
  @Get('graphiql/*path')
  asset(@Req() request: Request, @Res() response: Response, @Next() next: NextFunction): void {
    if (this.#production) next();
    else assets(request, response, next);
  }
}
