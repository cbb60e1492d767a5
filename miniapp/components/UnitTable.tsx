/** 楼盘表 as a picture: a house front per entrance, a row per floor, a door per home. */
import type { Home } from '@shared/contract/schemas';
import { bedroomLabels, listingStateLabels } from '@shared/lane';
import { texts } from '@/texts';
import { buildingOf, doorOf, entranceOf } from '@/wording';
import { Box, Words } from './Box';
import { Press } from './Press';
import { buildEntranceGrids, doorKind, type DoorKind, type EntranceGrid } from './unit-rows';

const t = texts.community;

/** Told by sign and word as well as by colour and pattern. */
const signs: Record<DoorKind, string> = { available: '✓', picked: '●', taken: '✕', closed: '—' };
const kinds = Object.keys(signs) as DoorKind[];

/** What the signs mean. */
export function UnitLegend() {
  return (
    <Box className="legend" aria={{ label: t.legend, role: 'group' }}>
      {kinds.map((kind) => (
        <Box key={kind} className="legend__item">
          <Words className={`legend__swatch door--${kind}`} aria={{ hidden: true }}>{signs[kind]}</Words>
          <Words>{t[kind]}</Words>
        </Box>
      ))}
    </Box>
  );
}

export interface UnitTableProps {
  readonly homes: readonly Home[];
  readonly onDoor: (home: Home) => void;
}

/** All entrances of a community. */
export function UnitTable({ homes, onDoor }: UnitTableProps) {
  return (
    <Box className="unit-table" id="unit-table">
      {buildEntranceGrids(homes).map((grid) => <Entrance key={grid.key} grid={grid} onDoor={onDoor} />)}
    </Box>
  );
}

function Entrance({ grid, onDoor }: { grid: EntranceGrid; onDoor: (home: Home) => void }) {
  return (
    <Box className="entrance">
      <Box className="entrance__name" aria={{ role: 'heading', level: 2 }}>
        <Words>{buildingOf(grid.building)} {entranceOf(grid.entrance)}</Words>
        <Words className="entrance__count">{t.availableCount(grid.available)}</Words>
      </Box>
      <Box className="entrance__front">
        <Box className="entrance__roof" aria={{ hidden: true }} />
        {grid.floors.map((row) => (
          <Box key={row.floor} className="entrance__floor">
            <Words className="entrance__floor-name">{t.floor(row.floor)}</Words>
            <Box className="entrance__doors">
              {row.doors.map((home, index) => home === null
                ? <Box key={index} className="door door--none" aria={{ hidden: true }} />
                : <Door key={home.id} home={home} onDoor={onDoor} />)}
            </Box>
          </Box>
        ))}
        <Box className="entrance__ground" aria={{ hidden: true }} />
      </Box>
    </Box>
  );
}

function Door({ home, onDoor }: { home: Home; onDoor: (home: Home) => void }) {
  const kind = doorKind(home.state);
  return (
    <Press id={`door-${home.id}`} className={`door door--${kind}`} onPress={() => onDoor(home)} aria={{ label: `${doorOf(home)} ${bedroomLabels[home.bedrooms] ?? ''} ${listingStateLabels[home.state]}` }}>
      <Words className="door__room">{home.room}</Words>
      <Words className="door__kind">{signs[kind]} {t[kind]}</Words>
    </Press>
  );
}
