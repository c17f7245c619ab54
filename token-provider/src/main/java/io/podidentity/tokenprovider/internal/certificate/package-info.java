/**
 * Reads certificates with their private keys, from PEM and PKCS#12 files and from the key stores of the machine. Start
 * with {@link io.podidentity.tokenprovider.internal.certificate.CertificateReader}.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.certificate;

import org.jspecify.annotations.NullMarked;
