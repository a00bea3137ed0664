// Icons of our two panels, drawn like GraphiQL's own.

export function CardIcon() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" aria-hidden="true">
      <rect x="1.5" y="3.5" width="17" height="13" rx="2.5" />
      <circle cx="6.8" cy="8.6" r="1.8" />
      <path d="M3.9 13.6c.5-1.5 1.6-2.2 2.9-2.2s2.4.7 2.9 2.2M12.5 8h3.5M12.5 11.5h3.5" />
    </svg>
  );
}

export function ListIcon() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" aria-hidden="true">
      <path d="M3 4.5 7 7 3 9.5zM10 7h7M10 12h7M10 16h7M3 12h3M3 16h3" strokeLinejoin="round" />
    </svg>
  );
}
