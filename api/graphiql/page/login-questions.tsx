// What the flow asks the person on its way: a second proof, a code, consent.

import { type FormEvent, type ReactNode, useState } from "react";
import { Field } from "./login-form";
import type { Question } from "./login-run";
import { texts } from "./texts";

interface AskedProps {
  title: string;
  submit: string;
  children: ReactNode;
  onSubmit(): void;
  onStop(): void;
}

function Asked({ title, submit, children, onSubmit, onStop }: AskedProps) {
  const send = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form className="oc-form oc-question" onSubmit={send} autoComplete="off" aria-label={title}>
      <h3>{title}</h3>
      {children}
      <div className="oc-actions">
        <button type="submit" className="oc-button oc-strong">
          {submit}
        </button>
        <button type="button" className="oc-button" onClick={onStop}>
          {texts.stop}
        </button>
      </div>
    </form>
  );
}

type Of<K extends Question["kind"]> = { question: Extract<Question, { kind: K }> };

function SecondProofQuestion({ question }: Of<"secondProof">) {
  const [byCard, setByCard] = useState(false);
  const [phone, setPhone] = useState("");
  const [card, setCard] = useState("");
  const answer = () => question.answer(byCard ? { bankCard: card.trim() } : { phone: phone.trim() });
  return (
    <Asked title={texts.secondProof} submit={texts.send} onSubmit={answer} onStop={() => question.answer(null)}>
      <fieldset className="oc-choice">
        <legend className="oc-hidden">{texts.secondProof}</legend>
        <label>
          <input type="radio" name="proof" checked={!byCard} onChange={() => setByCard(false)} /> {texts.byPhone}
        </label>
        <label>
          <input type="radio" name="proof" checked={byCard} onChange={() => setByCard(true)} /> {texts.byBankCard}
        </label>
      </fieldset>
      {byCard ? (
        <Field label={texts.bankCard} value={card} onChange={setCard} inputMode="numeric" maxLength={32} />
      ) : (
        <Field label={texts.phone} value={phone} onChange={setPhone} inputMode="tel" maxLength={32} />
      )}
    </Asked>
  );
}

function CodeQuestion({ question }: Of<"code">) {
  const [code, setCode] = useState("");
  return (
    <Asked
      title={texts.secondProof}
      submit={texts.send}
      onSubmit={() => question.answer(code.trim())}
      onStop={() => question.answer(null)}
    >
      <Field label={texts.code} value={code} onChange={setCode} inputMode="numeric" maxLength={12} />
    </Asked>
  );
}

function ConsentQuestion({ question }: Of<"consent">) {
  return (
    <Asked
      title={texts.consent}
      submit={texts.agree}
      onSubmit={() => question.answer(true)}
      onStop={() => question.answer(false)}
    >
      <p className="oc-notice" tabIndex={0}>
        {question.notice.text}
      </p>
    </Asked>
  );
}

export function AskedNow({ question }: { question: Question }) {
  switch (question.kind) {
    case "secondProof":
      return <SecondProofQuestion question={question} />;
    case "code":
      return <CodeQuestion question={question} />;
    case "consent":
      return <ConsentQuestion question={question} />;
  }
}
