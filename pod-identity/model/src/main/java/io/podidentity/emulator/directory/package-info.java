/**
 * The emulated tenant: principals, their secrets and federated credentials, roles, and the resources that tokens can
 * be for.
 *
 * <p>Start at {@code Directory}, which holds all of them.
 */
@NullMarked
package io.podidentity.emulator.directory;

import org.jspecify.annotations.NullMarked;
