import type {
  AllMiddlewareArgs,
  BlockAction,
  ButtonAction,
  SlackActionMiddlewareArgs,
  SlackCommandMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt';

/** A press on a button, as Bolt hands it over. */
export type Press = AllMiddlewareArgs & SlackActionMiddlewareArgs<BlockAction<ButtonAction>>;

/** A form that was sent. */
export type Submit = AllMiddlewareArgs & SlackViewMiddlewareArgs<ViewSubmitAction>;

/** What was typed after a slash command. */
export type Typed = AllMiddlewareArgs & SlackCommandMiddlewareArgs;
