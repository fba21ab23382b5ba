import { render } from 'preact';

import { App } from './app.tsx';

render(<App firstPlayer={document.body.dataset['player'] ?? ''} />, document.body);
