/** Basic values, text and time: JSON, dates, secrets, the environment, the clock. Nothing here depends on tokens. */
@NullMarked
package io.podidentity.tokenprovider.internal.text;

import org.jspecify.annotations.NullMarked;
