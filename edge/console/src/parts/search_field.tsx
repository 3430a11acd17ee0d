import { Icon } from './icon';

interface Props {
  value: string;
  onChange: (value: string) => void;
  /** The reader has turned to something else, or says that this is it. */
  onRest?: () => void;
  label: string;
}

export function SearchField({ value, onChange, onRest, label }: Props) {
  return (
    <label className="search">
      <Icon name="search" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onBlur={onRest}
        onKeyDown={(event) => event.key === 'Enter' && onRest?.()}
      />
    </label>
  );
}
