/** What stands around every page: the big-letter switch, the ways to the main places, the demonstration ribbon. */
import type { ReactNode } from 'react';
import { texts } from '@/texts';
import { Box, Words } from './Box';
import { Press } from './Press';

const isWeb = process.env.TARO_ENV === 'h5';

export type Tab = keyof typeof texts.tabs;

export interface FrameState {
  readonly large: boolean;
  readonly isDemo: boolean;
  readonly onToggleLarge: () => void;
  readonly onTab: (tab: Tab) => void;
  readonly onBack: () => void;
  readonly onDemo: () => void;
}

export interface PageFrameProps {
  readonly frame: FrameState;
  readonly title: string;
  readonly lead?: string;
  /** The main place this page is; other pages get a way back instead. */
  readonly tab?: Tab;
  /** Narrow: one column for reading and deciding, also on a PC. */
  readonly width?: 'wide' | 'narrow';
  /** Stays at the bottom of the screen. */
  readonly footer?: ReactNode;
  readonly children: ReactNode;
}

const tabs = Object.keys(texts.tabs) as Tab[];

/** The frame. WeChat draws its own title and tab bar, so there only the letter switch is left. */
export function PageFrame({ frame, title, lead, tab, width = 'wide', footer, children }: PageFrameProps) {
  const largeSwitch = (
    <Press id="large-text" className="frame__large" onPress={frame.onToggleLarge} aria={{ role: 'switch', checked: frame.large, label: texts.common.largeOn }}>
      {frame.large ? texts.common.largeOff : texts.common.largeOn}
    </Press>
  );
  return (
    <Box className={`page ${isWeb ? 'page--web' : ''} ${frame.large ? 'page--large' : ''} ${tab === undefined ? '' : 'page--tab'} ${footer === undefined ? '' : 'page--footer'}`}>
      {frame.isDemo && (
        <Box id="demo-ribbon" className="ribbon">
          <Words>{texts.common.demo}</Words>
          {isWeb && <Press id="demo-link" className="ribbon__link" onPress={frame.onDemo}>{texts.common.demoLink} ›</Press>}
        </Box>
      )}
      <Box className="frame">
        <Box className="frame__inner">
          {isWeb && (tab === undefined
            ? <Press id="back" className="frame__back" onPress={frame.onBack} aria={{ label: texts.common.back }}>‹ {texts.common.back}</Press>
            : <Box className="frame__brand">{texts.common.appName}</Box>)}
          {isWeb && (
            <Box className="frame__tabs" aria={{ role: 'navigation', label: texts.common.nav }}>
              {tabs.map((name) => (
                <Press key={name} id={`nav-${name}`} className={`frame__tab ${name === tab ? 'frame__tab--on' : ''}`} onPress={() => frame.onTab(name)} aria={{ selected: name === tab, role: 'link' }}>{texts.tabs[name]}</Press>
              ))}
            </Box>
          )}
          {largeSwitch}
        </Box>
      </Box>
      <Box className={`main main--${width}`} aria={{ role: 'main' }}>
        {isWeb && <Box className="main__title" aria={{ role: 'heading', level: 1 }}>{title}</Box>}
        {lead !== undefined && <Box className="main__lead">{lead}</Box>}
        {children}
      </Box>
      {footer !== undefined && <Box className="footer"><Box className="footer__inner">{footer}</Box></Box>}
    </Box>
  );
}
