/** Endpoints of the pool of homes. */
import * as l from './listing-pool-schemas';
import { route } from './route';

export const listingPoolRoutes = {
  reportHomes: route({ method: 'POST', path: '/api/staff/listings', audience: 'staff', summary: '上报房源', body: l.reportHomes, answer: l.bulkResult }),
  actOnHomes: route({ method: 'POST', path: '/api/staff/listing-acts', audience: 'staff', summary: '房源审核、腾退、预留、维修、下架（可批量）', body: l.actOnHomes, answer: l.bulkResult }),
  listStaffListings: route({ method: 'GET', path: '/api/staff/listings', audience: 'staff', summary: '房源查询（含是否已划拨）', query: l.listingQuery, answer: l.staffListings }),
  listListingReviews: route({ method: 'GET', path: '/api/staff/listing-reviews', audience: 'staff', summary: '待审核房源', query: l.reviewQuery, answer: l.staffListings }),
  listVacatedHomes: route({ method: 'GET', path: '/api/staff/vacated-homes', audience: 'staff', summary: '腾退待上架房源（含超期）', query: l.vacatedQuery, answer: l.staffListings }),
} as const;
