// Example operations ready to run: one click opens a tab, another runs it.

import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { getOperationAST, parse } from "graphql";
import { type Example, examples } from "./examples";
import { useSession } from "./session";
import { texts } from "./texts";

export function ExampleList() {
  const { kind } = useSession();
  const fitting = examples.filter(({ forPortals }) => kind === "anonymous" || forPortals === (kind === "portal"));
  const { addTab, changeTab, run, setOperationFacts, stop } = useGraphiQLActions();
  const { queryEditor, tabs, activeTabIndex } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    tabs: state.tabs,
    activeTabIndex: state.activeTabIndex,
  }));

  const open = (example: Example): void => {
    const index = tabs.findIndex((tab) => tab.query?.trim() === example.query.trim());
    if (index === activeTabIndex) return;
    if (index >= 0) {
      changeTab(index);
    } else {
      addTab();
      queryEditor?.setValue(example.query);
    }
    // GraphiQL reads the operation's name a moment after typing stops; running must not wait for it.
    const document = parse(example.query);
    const operation = getOperationAST(document);
    if (operation) {
      setOperationFacts({
        documentAST: document,
        operations: [operation],
        ...(operation.name ? { operationName: operation.name.value } : {}),
      });
    }
  };

  return (
    <ul className="oc-list">
      {fitting.map((example) => (
        <li key={example.file} className="oc-row">
          <span className="oc-row-title">{example.title}</span>
          <button type="button" className="oc-button" onClick={() => open(example)} aria-label={`${texts.open}: ${example.title}`}>
            {texts.open}
          </button>
          <button
            type="button"
            className="oc-button oc-strong"
            onClick={() => {
              open(example);
              // With a subscription open, GraphiQL takes `run` for its end and runs nothing.
              stop();
              void run();
            }}
            aria-label={`${texts.openAndRun}: ${example.title}`}
          >
            {texts.openAndRun}
          </button>
        </li>
      ))}
    </ul>
  );
}

export function ExamplesPanel() {
  return (
    <section className="oc-panel" aria-labelledby="oc-examples-title">
      <h2 id="oc-examples-title">{texts.examples}</h2>
      <p className="oc-hint">{texts.examplesIntro}</p>
      <ExampleList />
    </section>
  );
}
