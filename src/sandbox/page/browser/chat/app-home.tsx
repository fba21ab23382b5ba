import { useEffect } from 'preact/hooks';

import { objectsAt } from '../../../slack/json.ts';
import type { ScreenContent, ShownView } from '../../../slack/screen-content.ts';
import { Blocks } from '../blocks/block.tsx';
import { SurfaceContext } from '../blocks/surface.ts';
import { useViewSurface } from '../modal/view-surface.ts';
import { post } from '../post.ts';

/** The app's home tab, as the app published it for this person. */
export function AppHome({ screen }: { screen: ScreenContent }) {
  const { viewer, home, app } = screen;
  useEffect(() => void post('open-home', { as: viewer }), [viewer]);
  return (
    <div class="home" role="region" aria-label={`Home of ${app.name}`} tabIndex={0}>
      {home ? (
        <Published key={`${viewer} ${home.id}`} viewer={viewer} home={home} />
      ) : (
        <p class="empty">{app.name} has published nothing for you here. What it does is in the channels.</p>
      )}
    </div>
  );
}

function Published({ viewer, home }: { viewer: string; home: ShownView }) {
  const surface = useViewSurface(viewer, home);
  return (
    <SurfaceContext.Provider value={surface}>
      <Blocks blocks={objectsAt(home.view, 'blocks')} />
    </SurfaceContext.Provider>
  );
}
