// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks what may be null, in the packages that no other module sees. JSpecify's annotation says the same, but stays in
 * the class files, where nobody reads it: it made the jar larger by a fiftieth. The public packages use JSpecify's.
 */
@Retention(RetentionPolicy.SOURCE)
@Target(ElementType.TYPE_USE)
public @interface Nullable {}
