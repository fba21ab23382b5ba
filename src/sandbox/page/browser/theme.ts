import { useEffect, useState } from 'preact/hooks';

/** Light or dark: as the device has it, until the person chooses; then as they chose. */
export function useTheme(): { isDark: boolean; toggle: () => void } {
  const [isDark, setDark] = useState(() => {
    const chosen = localStorage.getItem('theme');
    return chosen === null ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark';
  });
  useEffect(() => {
    document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
  }, [isDark]);
  return {
    isDark,
    toggle: () => {
      localStorage.setItem('theme', isDark ? 'light' : 'dark');
      setDark(!isDark);
    },
  };
}
