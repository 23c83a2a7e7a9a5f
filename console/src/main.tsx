import './styles/main.css';
import { render } from 'preact';
import { App } from './app';
import { startLanguage } from './i18n/translate';

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no element with the id app');
await startLanguage();
render(<App />, root);
