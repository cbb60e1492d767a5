/** Chips to narrow the list; only those that would find something. */
import type { Home } from '@shared/contract/schemas';
import { Box } from '@/components/Box';
import { Chip } from '@/components/Press';
import { texts } from '@/texts';
import { areaBand, floorBand, type AreaBand, type FloorBand, type HomeFilter, type SortKey } from './home-filter';

const t = texts.choose;

export interface FilterPanelProps {
  readonly homes: readonly Home[];
  readonly filter: HomeFilter;
  readonly onChange: (filter: HomeFilter) => void;
}

/** Four rows: community, floor, area, order. */
export function FilterPanel({ homes, filter, onChange }: FilterPanelProps) {
  const communities = Array.from(new Map(homes.map((home) => [home.communityId, home.communityName])));
  const floors = (Object.keys(t.floors) as FloorBand[]).filter((band) => homes.some((home) => floorBand(home.floor) === band));
  const areas = (Object.keys(t.areas) as AreaBand[]).filter((band) => homes.some((home) => areaBand(home.areaSqm) === band));
  return (
    <Box className="filters" id="filters">
      <Row name="community" label={t.community} chosen={filter.communityId} options={communities} onChoose={(communityId) => onChange({ ...filter, communityId })} />
      <Row name="floor" label={t.floor} chosen={filter.floors} options={floors.map((band) => [band, t.floors[band]])} onChoose={(band) => onChange({ ...filter, floors: band })} />
      <Row name="area" label={t.area} chosen={filter.area} options={areas.map((band) => [band, t.areas[band]])} onChoose={(band) => onChange({ ...filter, area: band })} />
      <Box className="filters__row" aria={{ role: 'radiogroup', label: t.sort }}>
        <Box className="filters__label">{t.sort}</Box>
        <Box className="chips">
          {(Object.keys(t.sorts) as SortKey[]).map((sort) => <Chip key={sort} id={`sort-${sort}`} on={filter.sort === sort} onPress={() => onChange({ ...filter, sort })}>{t.sorts[sort]}</Chip>)}
        </Box>
      </Box>
    </Box>
  );
}

interface RowProps<K extends string> {
  readonly name: string;
  readonly label: string;
  readonly chosen: K | null;
  readonly options: readonly (readonly [K, string])[];
  readonly onChoose: (value: K | null) => void;
}

function Row<K extends string>({ name, label, chosen, options, onChoose }: RowProps<K>) {
  if (options.length < 2) return null; // a choice of one is no choice
  return (
    <Box className="filters__row" aria={{ role: 'radiogroup', label }}>
      <Box className="filters__label">{label}</Box>
      <Box className="chips">
        <Chip id={`${name}-all`} on={chosen === null} onPress={() => onChoose(null)}>{t.all}</Chip>
        {options.map(([value, text]) => <Chip key={value} id={`${name}-${value}`} on={chosen === value} onPress={() => onChoose(value)}>{text}</Chip>)}
      </Box>
    </Box>
  );
}
