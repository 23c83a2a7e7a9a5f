import { Component, h, type FunctionComponent, type VNode } from 'preact';

/** Renders a component again only when one of its properties changed. */
export function memo<Props extends object>(component: FunctionComponent<Props>): FunctionComponent<Props> {
  class Memoized extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      const names = Object.keys(next) as (keyof Props)[];
      return names.some((name) => next[name] !== this.props[name]);
    }
    override render(): VNode {
      return h(component, this.props as Props) as VNode;
    }
  }
  return Memoized as unknown as FunctionComponent<Props>;
}
