// The page: our header above GraphiQL, with two panels of our own beside its documentation.

import "./workers";
import "./style.css";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import type { GraphiQLPlugin } from "@graphiql/react";
import type { Fetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { getOperationAST } from "graphql";
import { createRoot } from "react-dom/client";
import { examples } from "./examples";
import { ExamplesPanel } from "./examples-panel";
import { Header } from "./header";
import { CardIcon, ListIcon } from "./icons";
import { LoginPanel } from "./login-panel";
import { memoryStorage } from "./memory-storage";
import { listen, send } from "./session";
import { language, texts } from "./texts";

const OPEN_AT_START = 2;

const fetcher: Fetcher = (request, options) => {
  const asked = { query: request.query, operationName: request.operationName, variables: request.variables };
  const headers = options?.headers ?? {};
  const operation = options?.documentAST && getOperationAST(options.documentAST, request.operationName);
  return operation?.operation === "subscription" ? listen(asked, headers) : send(asked, headers);
};

const page = document.getElementById("page");
if (page === null) throw new Error("the page has no #page element");
const loginHelper = page.dataset.loginHelper === "true";
const demoOffered = page.dataset.demo === "true";

const login: GraphiQLPlugin = {
  title: texts.login,
  icon: CardIcon,
  content: () => <LoginPanel demoOffered={demoOffered} />,
};
const shown: GraphiQLPlugin = { title: texts.examples, icon: ListIcon, content: ExamplesPanel };
const plugins = loginHelper ? [login, shown, HISTORY_PLUGIN] : [shown, HISTORY_PLUGIN];

document.documentElement.lang = language === "zh" ? "zh-CN" : "en";

createRoot(page).render(
  <div className="oc-page">
    <Header loginHelper={loginHelper} />
    <main className="oc-main">
      <GraphiQL
        fetcher={fetcher}
        storage={memoryStorage()}
        plugins={plugins}
        visiblePlugin={loginHelper ? login : shown}
        defaultTabs={examples.slice(0, OPEN_AT_START).map(({ query }) => ({ query }))}
        shouldPersistHeaders={false}
        showPersistHeadersSettings={false}
        inputValueDeprecation
        schemaDescription
      >
        <GraphiQL.Logo>
          <span className="oc-logo">GraphiQL</span>
        </GraphiQL.Logo>
      </GraphiQL>
    </main>
  </div>,
);
