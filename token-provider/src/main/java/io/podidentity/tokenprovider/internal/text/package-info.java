/**
 * Values, text and time: JSON, dates, secrets, the environment, the clock. Knows nothing of tokens.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.text;

import org.jspecify.annotations.NullMarked;
