// Name and one of the four numbers.

import { type FormEvent, useId, useState } from "react";
import type { Identifier, Person } from "./login";
import { texts } from "./texts";

const KINDS = ["workPermitNumber", "socialSecurityNumber", "passport", "permanentResidentId"] as const;
type Kind = (typeof KINDS)[number];

function identifierOf(kind: Kind, number: string, country: string): Identifier {
  switch (kind) {
    case "workPermitNumber":
      return { workPermitNumber: number };
    case "socialSecurityNumber":
      return { socialSecurityNumber: number };
    case "passport":
      return { passport: { country, number } };
    case "permanentResidentId":
      return { permanentResidentId: number };
  }
}

interface FieldProps {
  label: string;
  value: string;
  onChange(value: string): void;
  maxLength?: number;
  inputMode?: "text" | "numeric" | "tel";
}

export function Field({ label, value, onChange, maxLength = 120, inputMode = "text" }: FieldProps) {
  const id = useId();
  return (
    <div className="oc-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        maxLength={maxLength}
        inputMode={inputMode}
        autoComplete="off"
        spellCheck={false}
        required
      />
    </div>
  );
}

export function LoginForm({ busy, onStart }: { busy: boolean; onStart(person: Person): void }) {
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Kind>("workPermitNumber");
  const [number, setNumber] = useState("");
  const [country, setCountry] = useState("");
  const kindId = useId();

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onStart({ name, identifier: identifierOf(kind, number.trim(), country.trim().toUpperCase()), secondProof: null });
  };

  return (
    <form className="oc-form" onSubmit={submit} autoComplete="off">
      <Field label={texts.fullName} value={name} onChange={setName} />
      <div className="oc-field">
        <label htmlFor={kindId}>{texts.numberKind}</label>
        <select id={kindId} value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {texts[each]}
            </option>
          ))}
        </select>
      </div>
      {kind === "passport" && <Field label={texts.country} value={country} onChange={setCountry} maxLength={3} />}
      <Field label={texts.number} value={number} onChange={setNumber} maxLength={32} />
      <button type="submit" className="oc-button oc-strong" disabled={busy}>
        {texts.login}
      </button>
    </form>
  );
}
