export default definePageConfig({ navigationBarTitleText: '公开台账' });
