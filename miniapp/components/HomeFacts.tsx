/** Everything about one home, as a list to read through; and the card that stands for it in a list. */
import { memo } from 'react';
import type { Home } from '@shared/contract/schemas';
import { bedroomLabels } from '@shared/lane';
import { texts } from '@/texts';
import { addressOf, doorOf } from '@/wording';
import { Box, Words } from './Box';
import { Press } from './Press';

const t = texts.home;

/** A label and its value. */
export function Fact({ id, label, value, strong = false }: { readonly id?: string; readonly label: string; readonly value: string; readonly strong?: boolean }) {
  return (
    <Box className={`fact ${strong ? 'fact--strong' : ''}`}>
      <Words className="fact__label">{label}</Words>
      <Words id={id} className="fact__value">{value}</Words>
    </Box>
  );
}

/** Every fact about a home. */
export function HomeFacts({ home }: { readonly home: Home }) {
  return (
    <Box className="facts" id="home-facts">
      <Fact label={t.community} value={home.communityName} strong />
      <Fact label={t.address} value={doorOf(home)} strong />
      <Fact label={t.floor} value={t.floorOf(home.floor)} />
      <Fact label={t.bedrooms} value={bedroomLabels[home.bedrooms] ?? String(home.bedrooms)} />
      <Fact label={t.area} value={t.areaOf(home.areaSqm)} />
      <Fact label={t.orientation} value={t.orientationOf(home.orientation)} />
      <Fact label={t.rent} value={t.rentOf(home.rentFen)} strong />
    </Box>
  );
}

export interface HomeCardProps {
  readonly home: Home;
  /** What pressing does, in a word. */
  readonly action: string;
  readonly onOpen: (home: Home) => void;
}

/** One home in a list. The whole card is the button. */
export const HomeCard = memo(function HomeCard({ home, action, onOpen }: HomeCardProps) {
  const label = `${addressOf(home)}，${t.floorOf(home.floor)}，${t.areaOf(home.areaSqm)}，${t.orientationOf(home.orientation)}，${t.rent}${t.rentOf(home.rentFen)}，${action}`;
  return (
    <Press id={`home-${home.id}`} className="home-card" onPress={() => onOpen(home)} aria={{ label }}>
      <Box className="home-card__picture" aria={{ hidden: true }}>
        <Words className="home-card__floor">{home.floor}</Words>
        <Words className="home-card__floor-unit">层</Words>
      </Box>
      <Box className="home-card__body">
        <Box className="home-card__community">{home.communityName}</Box>
        <Box className="home-card__door">{doorOf(home)}</Box>
        <Box className="home-card__facts">
          <Words className="home-card__fact">{t.areaOf(home.areaSqm)}</Words>
          <Words className="home-card__fact">{t.orientationOf(home.orientation)}</Words>
        </Box>
        <Box className="home-card__foot">
          <Words className="home-card__rent">{t.rent} {t.rentOf(home.rentFen)}</Words>
          <Words className="home-card__action">{action} ›</Words>
        </Box>
      </Box>
    </Press>
  );
});
