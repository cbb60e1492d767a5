/** The app. Everything of interest is in the pages. */
import type { ReactNode } from 'react';
import './app.scss';

export default function App({ children }: { readonly children?: ReactNode }) {
  return children;
}
