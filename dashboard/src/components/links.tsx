import { Anchor, type AnchorProps, Button, type ButtonProps, Menu, type MenuItemProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { ComponentPropsWithRef } from 'react'

// Mantine's components as links of the router: `to`, `params` and `search` are
// checked against the routes, and hovering loads the page.
type Rest<P> = P & Omit<ComponentPropsWithRef<'a'>, keyof P>

export const AnchorLink = createLink((props: Rest<AnchorProps>) => <Anchor {...props} />)
export const ButtonLink = createLink((props: Rest<ButtonProps>) => <Button component="a" {...props} />)
export const MenuItemLink = createLink((props: Rest<MenuItemProps>) => <Menu.Item component="a" {...props} />)
