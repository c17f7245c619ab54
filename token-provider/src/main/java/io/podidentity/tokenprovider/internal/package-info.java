// SPDX-License-Identifier: Apache-2.0
/** What all packages below have in common. */
@NullMarked
package io.podidentity.tokenprovider.internal;

import org.jspecify.annotations.NullMarked;
