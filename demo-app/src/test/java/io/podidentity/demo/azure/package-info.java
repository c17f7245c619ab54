/** In-memory replacements for the token sources and the storage account. */
@NullMarked
package io.podidentity.demo.azure;

import org.jspecify.annotations.NullMarked;
